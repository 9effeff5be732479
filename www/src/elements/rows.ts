/** Arrows walk the rows of a table, which are one stop of the Tab key. */
export function walkRows(event: KeyboardEvent, root: ParentNode): void {
  const buttons = [...root.querySelectorAll<HTMLButtonElement>('tbody button')];
  const at = buttons.indexOf(event.target as HTMLButtonElement);
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  buttons[to]?.focus();
}
