/** Whether two lists have the very same items, in the same order. */
export function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

/** Whether what is pointed at is another place than before, or none: what coordinates are kept as changes with every move of the pointer. */
export function isElsewhere(a: readonly unknown[] | null | undefined, b: readonly unknown[] | null | undefined): boolean {
  return !sameItems(a ?? [], b ?? []);
}
