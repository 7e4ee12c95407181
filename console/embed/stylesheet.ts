/**
 * The look: a page sets `--latchkey-*` (docs/embed.md). Light or dark is the page's `color-scheme`. A constructed sheet is
 * no inline style, so that a strict `style-src` takes it.
 */
const CSS = `
:host {
  --accent: var(--latchkey-accent, light-dark(#4f46e5, #a5b4fc));
  --on-accent: var(--latchkey-on-accent, light-dark(#fff, #111827));
  --surface: var(--latchkey-surface, light-dark(#fff, #18181b));
  --ink: var(--latchkey-ink, light-dark(#18181b, #f4f4f5));
  --muted: var(--latchkey-muted, light-dark(#5b5b66, #a6a6b0));
  --line: var(--latchkey-line, light-dark(#e4e4e7, #36363e));
  --control: var(--latchkey-control-line, light-dark(#8b8b94, #7c7c87));
  --danger: var(--latchkey-danger, light-dark(#b91c1c, #fca5a5));
  --ok: var(--latchkey-ok, light-dark(#166534, #86efac));
  --radius: var(--latchkey-radius, 10px);
  display: block;
  container-type: inline-size;
  color: var(--ink);
  font: 400 14px/1.5 var(--latchkey-font, system-ui, sans-serif);
}
:host([hidden]) { display: none; }
*, ::before, ::after { box-sizing: border-box; }
h2, h3, p, ul, dl, dd, fieldset, legend { margin: 0; padding: 0; }
h2 { font-size: 18px; line-height: 1.3; }
h3 { font-size: 16px; line-height: 1.4; overflow-wrap: anywhere; }
ul { list-style: none; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
h2:focus, h3:focus { outline: none; }
header { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 12px; margin-bottom: 12px; }
button {
  font: inherit; font-weight: 500; color: inherit; cursor: pointer;
  min-height: 36px; padding: 6px 14px;
  background: var(--surface); border: 1px solid color-mix(in srgb, var(--control) 55%, transparent); border-radius: calc(var(--radius) * .8);
}
button:hover { border-color: currentColor; }
button:disabled { opacity: .5; cursor: not-allowed; }
.primary { background: var(--accent); color: var(--on-accent); border-color: transparent; }
.danger { color: var(--danger); }
dialog .danger { background: var(--danger); color: var(--surface); border-color: transparent; }
.list { border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface); overflow: hidden; }
.list > li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 10px 16px; align-items: start; padding: 14px 16px; }
.list > li + li { border-top: 1px solid var(--line); }
.who { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; }
.who > h3 { font-size: 14px; font-weight: 600; }
.who > code { flex-basis: 100%; }
code, output { font-family: var(--latchkey-mono, ui-monospace, Menlo, Consolas, monospace); font-size: 13px; overflow-wrap: anywhere; }
code { color: var(--muted); }
.badge { font-size: 12px; line-height: 18px; padding: 0 8px; border: 1px solid currentColor; border-radius: 99px; color: var(--muted); }
.active { color: var(--ok); }
.expired, .disabled { color: var(--danger); }
.facts { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 4px 20px; font-size: 13px; }
.facts > div { display: flex; flex-wrap: wrap; gap: 0 6px; }
dt { color: var(--muted); }
dd { overflow-wrap: anywhere; }
.acts { display: flex; gap: 8px; }
.box { padding: 32px 16px; text-align: center; color: var(--muted); border: 1px dashed var(--line); border-radius: var(--radius); }
.box > p:first-child { color: var(--ink); font-weight: 500; }
.box > button { margin-top: 12px; color: var(--ink); }
.more { margin-top: 12px; }
[role=alert] { color: var(--danger); }
[role=alert]:empty { display: none; }
[role=status] { color: var(--muted); }
[role=status]:not(:empty) + div { margin-top: 12px; }
dialog {
  width: min(480px, calc(100vw - 32px)); max-height: calc(100vh - 32px); overflow: auto; padding: 24px;
  color: var(--ink); background: var(--surface); border: 1px solid var(--line); border-radius: calc(var(--radius) * 1.4);
  box-shadow: 0 20px 50px rgb(0 0 0 / .3);
}
dialog::backdrop { background: rgb(0 0 0 / .5); }
dialog, dialog form { flex-direction: column; gap: 16px; }
dialog[open], dialog form { display: flex; }
label, legend { font-weight: 500; }
fieldset { border: 0; min-width: 0; }
.field { display: flex; flex-direction: column; gap: 4px; }
.hint { font-size: 13px; color: var(--muted); }
.hint:empty { margin-top: -16px; }
.choice { display: flex; align-items: center; gap: 8px; font-weight: 400; min-height: 32px; overflow-wrap: anywhere; }
.choices { display: flex; flex-wrap: wrap; gap: 0 20px; }
input[type=text], select {
  font: inherit; color: inherit; width: 100%; min-height: 40px; padding: 8px 12px;
  background: var(--surface); border: 1px solid var(--control); border-radius: calc(var(--radius) * .8);
}
input[aria-invalid=true] { border-color: var(--danger); }
input[type=checkbox] { accent-color: var(--accent); width: 16px; height: 16px; margin: 0; flex: none; }
.secret { display: flex; align-items: center; gap: 12px; padding: 10px 12px; border: 1px solid var(--control); border-radius: calc(var(--radius) * .8); }
output { flex: 1; min-width: 0; user-select: all; }
.buttons { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 8px; }
@container (max-width: 520px) {
  .list > li { grid-template-columns: minmax(0, 1fr); }
  .acts { order: 1; }
  .acts > button { flex: 1; }
  header > button { width: 100%; }
}
@media (max-width: 400px) {
  dialog { padding: 16px; }
  .secret { flex-direction: column; align-items: stretch; }
  .buttons > button { flex: 1; }
}
`;

let sheet: CSSStyleSheet | undefined;

/** One for all elements of a page. */
export function stylesheet(): CSSStyleSheet {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
