/**
 * What a form has, when its button is clicked, or Enter is pressed in a field, which clicks it; nothing of a form with something wrong in it,
 * which it shows. In frames that are sandboxed without `allow-forms` there is no `submit` event.
 */
export function submitted(click: Event): FormData | undefined {
  click.preventDefault();
  const { form } = click.currentTarget as HTMLButtonElement;
  return form && (form.noValidate || form.reportValidity()) ? new FormData(form) : undefined;
}
