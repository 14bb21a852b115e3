/** The value of the text field or select that fired the event. */
export function inputText(event: Event): string {
  const target: unknown = event.currentTarget;
  return typeof target === 'object' &&
    target !== null &&
    'value' in target &&
    typeof target.value === 'string'
    ? target.value
    : '';
}
