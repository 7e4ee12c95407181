import { type ComponentType, cloneElement, useState } from 'react';
import type { MenuProps } from './menu-entries.ts';

let popup: ComponentType<MenuProps> | undefined;
const load = async () => {
  popup ??= (await import('./popup-menu.tsx')).PopupMenu;
};

/** A button with a menu. What opens it is loaded when somebody comes near: the first screen does without. */
export function Menu(props: MenuProps) {
  const [isWanted, setWanted] = useState(false);
  const Loaded = popup;
  if (isWanted && Loaded !== undefined) return <Loaded {...props} />;
  const open = () => void load().then(() => setWanted(true));
  return cloneElement(props.trigger, {
    'aria-haspopup': 'menu',
    onPointerEnter: () => void load(),
    onFocus: () => void load(),
    onClick: open,
    onKeyDown: (event) => {
      if (event.key !== 'ArrowDown') return;
      event.preventDefault();
      open();
    },
  });
}
