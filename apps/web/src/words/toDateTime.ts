/** A moment as people of a language write it, to the minute. */
export function toDateTime(at: string | number, language: string): string {
  return new Date(at).toLocaleString(language, {
    dateStyle: 'medium',
    timeStyle: 'short',
  })
}

/** A day as people of a language write it. */
export function toDate(at: string | number, language: string): string {
  return new Date(at).toLocaleDateString(language, { dateStyle: 'medium' })
}
