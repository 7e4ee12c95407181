import * as Radix from '@radix-ui/react-dropdown-menu';
import { classNames } from './class-names.ts';
import { Icon } from './icons.tsx';
import type { MenuEntry, MenuProps } from './menu-entries.ts';

const ITEM =
  'flex h-8 cursor-default select-none items-center gap-2.5 rounded-md px-2 text-[13px] outline-none data-highlighted:bg-hover';

/** The menu itself. It is drawn when it is first opened, so it opens by itself. */
export function RadixMenu({ trigger, align = 'end', entries }: MenuProps) {
  return (
    // Not modal: what makes it so would put a style element into the page, which our policy refuses.
    <Radix.Root modal={false} defaultOpen>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          sideOffset={6}
          collisionPadding={12}
          className="z-50 max-h-[80vh] min-w-48 overflow-y-auto rounded-xl border border-line bg-raised p-1 text-ink shadow-xl"
        >
          {entries.map((entry, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: entries are written down in their order, and have no name of their own.
            <Entry key={index} entry={entry} />
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Entry({ entry }: { readonly entry: MenuEntry }) {
  switch (entry.kind) {
    case 'line':
      return <Radix.Separator className="-mx-1 my-1 h-px bg-line" />;
    case 'label':
      return <Radix.Label className="px-2 pt-2 pb-1 text-faint text-xs">{entry.text}</Radix.Label>;
    case 'item':
      return (
        <Radix.Item
          onSelect={entry.onSelect}
          className={classNames(ITEM, entry.danger ? 'text-danger' : 'text-ink')}
        >
          {entry.icon && <Icon name={entry.icon} />}
          {entry.text}
        </Radix.Item>
      );
    case 'check':
      return (
        <Radix.CheckboxItem
          checked={entry.checked}
          onCheckedChange={entry.onChange}
          onSelect={(event) => event.preventDefault()}
          className={ITEM}
        >
          <Indicator />
          {entry.text}
        </Radix.CheckboxItem>
      );
    case 'choice':
      return (
        <Radix.RadioGroup value={entry.value} onValueChange={entry.onChange}>
          {entry.options.map(({ value, text }) => (
            <Radix.RadioItem key={value} value={value} className={ITEM}>
              <Indicator />
              {text}
            </Radix.RadioItem>
          ))}
        </Radix.RadioGroup>
      );
  }
}

function Indicator() {
  return (
    <span className="size-4">
      <Radix.ItemIndicator>
        <Icon name="check" />
      </Radix.ItemIndicator>
    </span>
  );
}
