import {
  cloneElement,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { classNames } from './class-names.ts';
import { Icon } from './icons.tsx';
import type { MenuEntry, MenuProps } from './menu-entries.ts';

const ITEM =
  'flex h-8 w-full select-none items-center gap-2.5 rounded-md px-2 text-left text-[13px] outline-none focus:bg-hover';

/** Pixels between the menu and its button, and the edges of the window. */
const OFFSET = 6;
const PADDING = 12;

/**
 * The menu itself (WAI-ARIA Authoring Practices, "Menu Button"), in the browser's own popover: that lies above everything,
 * closes by Escape and by a click elsewhere, and gives the focus back. It is drawn when it is first opened, so it opens by
 * itself.
 */
export function PopupMenu({ trigger, align = 'end', entries }: MenuProps) {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(true);
  useLayoutEffect(() => {
    // It has taken the place of the button that was there before, and had the focus.
    if (menu.current !== null) buttonOf(menu.current)?.focus();
    menu.current?.showPopover();
  }, []);
  useLayoutEffect(() => {
    const element = menu.current;
    if (!isOpen || element === null) return;
    place(element, align);
    itemsOf(element)[0]?.focus();
  }, [isOpen, align]);
  useEffect(() => {
    if (!isOpen) return;
    const close = () => menu.current?.hidePopover();
    addEventListener('scroll', close);
    return () => removeEventListener('scroll', close);
  }, [isOpen]);
  return (
    <>
      {cloneElement(trigger, {
        'aria-haspopup': 'menu',
        'aria-expanded': isOpen,
        popoverTarget: id,
        onKeyDown: (event: KeyboardEvent) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          menu.current?.showPopover();
        },
      })}
      <div
        ref={menu}
        id={id}
        popover="auto"
        role="menu"
        tabIndex={-1}
        onToggle={({ newState }) => setOpen(newState === 'open')}
        onKeyDown={onKey}
        className="fixed right-auto bottom-auto m-0 max-h-[80vh] min-w-48 overflow-y-auto rounded-xl border border-line bg-raised p-1 text-ink shadow-xl outline-none"
      >
        {isOpen &&
          entries.map((entry, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: entries are written down in their order, and have no name of their own.
            <Entry key={index} entry={entry} close={() => menu.current?.hidePopover()} />
          ))}
      </div>
    </>
  );
}

/** Below its button, or above it where there is no room, and within the window. */
function place(menu: HTMLElement, align: 'start' | 'end'): void {
  const button = buttonOf(menu);
  if (button === null) return;
  const { left, right, top, bottom } = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const wanted = align === 'start' ? left : right - width;
  const below = bottom + OFFSET;
  const fits = below + height + PADDING <= innerHeight;
  menu.style.left = `${Math.max(PADDING, Math.min(wanted, innerWidth - width - PADDING))}px`;
  menu.style.top = `${fits ? below : Math.max(PADDING, top - height - OFFSET)}px`;
}

function buttonOf({ id }: HTMLElement): HTMLElement | null {
  return document.querySelector(`[popovertarget="${id}"]`);
}

function itemsOf(menu: HTMLElement): readonly HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role^=menuitem]')];
}

/** Arrows, Home and End go from item to item, a letter to the next that begins with it; Tab leaves. */
function onKey(event: KeyboardEvent<HTMLElement>): void {
  const { key, currentTarget: menu } = event;
  const items = itemsOf(menu);
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = { ArrowDown: (at + 1) % items.length, ArrowUp: at - 1, Home: 0, End: -1 }[key];
  if (next !== undefined) {
    event.preventDefault();
    items.at(next)?.focus();
  } else if (key === 'Tab') menu.hidePopover();
  else if (key.length === 1 && key !== ' ') {
    // A letter here is no shortcut of the page.
    event.stopPropagation();
    const inOrder = [...items.slice(at + 1), ...items.slice(0, at + 1)];
    inOrder.find(({ textContent }) => textContent?.toLowerCase().startsWith(key.toLowerCase()))?.focus();
  }
}

function Entry({ entry, close }: { readonly entry: MenuEntry; readonly close: () => void }) {
  switch (entry.kind) {
    case 'line':
      return <hr className="-mx-1 my-1 border-line" />;
    case 'label':
      return <div className="px-2 pt-2 pb-1 text-faint text-xs">{entry.text}</div>;
    case 'item':
      return (
        <Item
          className={entry.danger ? 'text-danger' : ''}
          onClick={() => {
            close();
            entry.onSelect();
          }}
        >
          {entry.icon && <Icon name={entry.icon} />}
          {entry.text}
        </Item>
      );
    case 'check':
      return (
        <Item role="menuitemcheckbox" checked={entry.checked} onClick={() => entry.onChange(!entry.checked)}>
          {entry.text}
        </Item>
      );
    case 'choice':
      return entry.options.map(({ value, text }) => (
        <Item
          key={value}
          role="menuitemradio"
          checked={value === entry.value}
          onClick={() => {
            close();
            entry.onChange(value);
          }}
        >
          {text}
        </Item>
      ));
  }
}

function Item({
  checked,
  className,
  children,
  ...rest
}: {
  readonly role?: 'menuitemcheckbox' | 'menuitemradio';
  /** Of one that can be. */
  readonly checked?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
  readonly onClick: () => void;
}) {
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: those that are checked have a role that can be.
    <button
      type="button"
      role="menuitem"
      {...rest}
      aria-checked={checked}
      tabIndex={-1}
      onPointerMove={({ currentTarget }) => currentTarget.focus()}
      className={classNames(ITEM, className)}
    >
      {checked !== undefined && <span className="size-4">{checked && <Icon name="check" />}</span>}
      {children}
    </button>
  );
}
