import { type ApiKey, CallError, type KeysClient } from './client.ts';
import { type Child, element } from './dom.ts';
import type { Texts } from './texts.ts';

/** What the dialogs need of the element that opens them. */
export interface Frame {
  readonly root: ShadowRoot;
  readonly words: Texts;
  readonly client: KeysClient;
  /** Tells the page of an error, and gives the words for it. */
  readonly explain: (error: unknown) => string;
}

/** Seconds for which the old key works on, in the order of the words. */
const OVERLAPS = [0, 3600, 86_400, 604_800];
const EXPIRY_DAYS = [30, 90, 365];

/** A modal dialog. `locked`: it is left by its button alone. Resolves when it has closed; nothing of it stays. */
function open(
  { root }: Frame,
  title: string,
  {
    locked = false,
    body,
  }: { readonly locked?: boolean; readonly body: (close: () => void) => readonly Node[] },
): Promise<void> {
  return new Promise((resolve) => {
    const heading = element('h3', { id: 'title', tabindex: '-1' }, title);
    const dialog: HTMLDialogElement = element('dialog', {
      'aria-labelledby': 'title',
      // Browsers close a dialog by a second Escape, whatever becomes of the first.
      onkeydown: (event) => {
        if (locked && (event as KeyboardEvent).key === 'Escape') event.preventDefault();
      },
      oncancel: (event) => {
        if (locked) event.preventDefault();
      },
      onclose: () => {
        dialog.remove();
        resolve();
      },
    });
    dialog.append(heading, ...body(() => dialog.close()));
    root.append(dialog);
    dialog.showModal();
    (dialog.querySelector<HTMLElement>('[autofocus]') ?? heading).focus();
  });
}

/** A dialog with a form: its button works once at a time, and stays where what it does is refused. */
async function ask<Result>(
  frame: Frame,
  {
    title,
    fields,
    submit,
    look = 'primary',
    send,
    refuse = () => undefined,
  }: {
    readonly title: string;
    readonly fields: readonly Child[];
    readonly submit: string;
    readonly look?: 'primary' | 'danger';
    readonly send: () => Promise<Result>;
    /** Shows a refusal at the fields of the form. */
    readonly refuse?: (error: CallError) => void;
  },
): Promise<Result | undefined> {
  const { words, explain } = frame;
  let result: Result | undefined;
  await open(frame, title, {
    body: (close) => {
      const complaint = element('p', { role: 'alert' });
      const button = element('button', { class: look }, submit);
      const work = async (event: Event) => {
        event.preventDefault();
        if (button.disabled) return;
        button.disabled = true;
        complaint.textContent = '';
        try {
          result = await send();
          close();
        } catch (error) {
          complaint.textContent = explain(error);
          if (error instanceof CallError) refuse(error);
        }
        button.disabled = false;
      };
      const cancel = element('button', { type: 'button', onclick: close }, words.cancel);
      const buttons = element('div', { class: 'buttons' }, cancel, button);
      return [element('form', { onsubmit: work }, ...fields, complaint, buttons)];
    },
  });
  return result;
}

/** Gives the key that was made, with its secret; undefined where nobody made one. */
export async function askForKey(frame: Frame): Promise<(ApiKey & { readonly key: string }) | undefined> {
  const { words, client } = frame;
  const scopes = await client.scopes();
  const name = element('input', {
    type: 'text',
    id: 'name',
    required: true,
    maxlength: '100',
    autocomplete: 'off',
    autofocus: true,
    'aria-describedby': 'name-hint',
  });
  const boxes = scopes.map((scope) => element('input', { type: 'checkbox', value: scope, checked: true }));
  const days = element(
    'select',
    { id: 'days' },
    element('option', { value: '' }, words.byDefault),
    ...EXPIRY_DAYS.map((each) => element('option', { value: String(each) }, words.days(each))),
  );
  const choices = boxes.map((box) => element('label', { class: 'choice' }, box, box.value));
  return ask(frame, {
    title: words.createTitle,
    submit: words.create,
    fields: [
      element(
        'div',
        { class: 'field' },
        element('label', { for: 'name' }, words.name),
        name,
        element('span', { class: 'hint', id: 'name-hint' }, words.nameHint),
      ),
      element(
        'fieldset',
        {},
        element('legend', {}, words.scopes),
        element('div', { class: 'choices' }, ...choices),
      ),
      element('div', { class: 'field' }, element('label', { for: 'days' }, words.expires), days),
    ],
    send: async () => {
      name.removeAttribute('aria-invalid');
      const chosen = boxes.filter(({ checked }) => checked).map(({ value }) => value);
      if (chosen.length === 0) throw new CallError('no_scope', 0, words.noScope);
      const expiry = days.value === '' ? {} : { expires_in_days: Number(days.value) };
      return client.create({ name: name.value.trim(), scopes: chosen, ...expiry });
    },
    refuse: ({ fields }) => {
      if (!fields.has('name')) return;
      name.setAttribute('aria-invalid', 'true');
      name.focus();
    },
  });
}

/** Gives the key with its new secret; undefined where nobody rotated it. */
export function askToRotate(
  frame: Frame,
  apiKey: ApiKey,
): Promise<(ApiKey & { readonly key: string }) | undefined> {
  const { words, client } = frame;
  const overlap = element(
    'select',
    { id: 'overlap', autofocus: true },
    ...OVERLAPS.map((seconds, index) =>
      element('option', { value: String(seconds), selected: index === 2 }, words.overlaps[index]),
    ),
  );
  return ask(frame, {
    title: words.rotateTitle(apiKey.name),
    submit: words.rotate,
    fields: [
      element('p', {}, words.rotateLead),
      element('div', { class: 'field' }, element('label', { for: 'overlap' }, words.overlap), overlap),
    ],
    send: () => client.rotate(apiKey, Number(overlap.value)),
  });
}

/** Whether the key was revoked. */
export async function askToRevoke(frame: Frame, apiKey: ApiKey): Promise<boolean> {
  const { words, client } = frame;
  const isRevoked = await ask(frame, {
    title: words.revokeTitle(apiKey.name),
    submit: words.revoke,
    look: 'danger',
    fields: [element('p', {}, words.revokeLead)],
    send: async () => {
      await client.revoke(apiKey);
      return true;
    },
  });
  return isRevoked === true;
}

/** The only time that a key is shown. It is in this dialog alone, and goes with it. */
export function showOnce(frame: Frame, key: string): Promise<void> {
  const { words } = frame;
  return open(frame, words.newKey, {
    locked: true,
    body: (close) => {
      const output = element('output', { 'aria-label': words.newKey }, key);
      const told = element('span', { class: 'hint', role: 'status' });
      const copy = async () => {
        const isCopied = await navigator.clipboard.writeText(key).then(
          () => true,
          () => false,
        );
        told.textContent = isCopied ? words.copied : words.copyFailed;
        if (!isCopied) getSelection()?.selectAllChildren(output);
      };
      const done = element(
        'button',
        { class: 'primary', type: 'button', disabled: true, onclick: close },
        words.done,
      );
      const stored: HTMLInputElement = element('input', {
        type: 'checkbox',
        onchange: () => {
          done.disabled = !stored.checked;
        },
      });
      return [
        element('p', {}, words.once),
        element(
          'div',
          { class: 'secret' },
          output,
          element('button', { type: 'button', onclick: copy }, words.copy),
        ),
        told,
        element('label', { class: 'choice' }, stored, words.stored),
        element('div', { class: 'buttons' }, done),
      ];
    },
  });
}
