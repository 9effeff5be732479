/**
 * Defines a custom element, unless there is one by that name: of those that stand on pages of others a second copy may be loaded, as by each
 * cell of a notebook.
 */
export function define(name: string): (element: CustomElementConstructor) => void {
  return (element) => {
    if (!customElements.get(name)) customElements.define(name, element);
  };
}
