import type { KeyboardEvent, MouseEvent, ReactElement, ReactNode } from 'react';
import type { IconName } from './icons.tsx';

/** What stands in a menu, from above. */
export type MenuEntry =
  | { readonly kind: 'line' }
  | { readonly kind: 'label'; readonly text: ReactNode }
  | {
      readonly kind: 'item';
      readonly text: string;
      readonly icon?: IconName;
      readonly danger?: boolean;
      readonly onSelect: () => void;
    }
  /** On or off; the menu stays open. */
  | {
      readonly kind: 'check';
      readonly text: string;
      readonly checked: boolean;
      readonly onChange: (checked: boolean) => void;
    }
  /** One of several. */
  | {
      readonly kind: 'choice';
      readonly value: string;
      readonly options: readonly { readonly value: string; readonly text: string }[];
      readonly onChange: (value: string) => void;
    };

export interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactElement<TriggerProps>;
  /** With which of its edges the menu is in line. @default end */
  readonly align?: 'start' | 'end';
  readonly entries: readonly MenuEntry[];
}

export interface TriggerProps {
  readonly 'aria-haspopup'?: 'menu';
  readonly 'aria-expanded'?: boolean;
  readonly popoverTarget?: string;
  readonly onPointerEnter?: () => void;
  readonly onFocus?: () => void;
  readonly onClick?: (event: MouseEvent) => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
}
