/** Anything that JSON can carry. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined }

/**
 * Writes JSON in the one form that is hashed and signed (RFC 8785): keys in
 * order of their UTF-16 units, no white space, absent where undefined.
 *
 * @param value - Wire form: amounts are strings already.
 * @returns The canonical text.
 */
export function toCanonicalJson(value: JsonValue): string {
  if (Array.isArray(value))
    return `[${value.map((item: JsonValue) => toCanonicalJson(item)).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const record = value as { readonly [key: string]: JsonValue | undefined }
    const pairs: string[] = []
    for (const key of Object.keys(record).sort()) {
      const item = record[key]
      if (item !== undefined)
        pairs.push(`${JSON.stringify(key)}:${toCanonicalJson(item)}`)
    }
    return `{${pairs.join(',')}}`
  }
  return JSON.stringify(value)
}
