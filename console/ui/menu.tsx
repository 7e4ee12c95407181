import { type ComponentType, cloneElement, useState } from 'react';
import type { MenuProps } from './menu-entries.ts';

let radix: ComponentType<MenuProps> | undefined;
const load = async () => {
  radix ??= (await import('./radix-menu.tsx')).RadixMenu;
};

/** A button with a menu. What opens it is loaded when somebody comes near: the first screen does without. */
export function Menu(props: MenuProps) {
  const [isWanted, setWanted] = useState(false);
  const Loaded = radix;
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
