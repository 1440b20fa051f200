/** Puts values where a sentence has their names in braces. */
export function fillIn(
  sentence: string,
  values: Readonly<Record<string, string>>,
): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')
}
