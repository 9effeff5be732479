/**
 * Listens to what is typed, but not while an input method composes a character, which any change of the field would disturb. Goes
 * on both `input` and `compositionend`.
 */
export function typing(listen: (event: Event) => void): (event: Event) => void {
  return (event) => {
    if (!(event instanceof InputEvent && event.isComposing)) listen(event);
  };
}
