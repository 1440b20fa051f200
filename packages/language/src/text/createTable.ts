/**
 * Makes a table that people's words can be looked up in: without a prototype,
 * or `constructor` and `__proto__` would be found in it.
 */
export function createTable<Value>(
  entries: Readonly<Record<string, Value>>,
): Readonly<Record<string, Value>> {
  return Object.assign(Object.create(null), entries)
}

/** For `JSON.parse`: every object of the data is such a table. */
export function withoutPrototype(_key: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? createTable(value as Readonly<Record<string, unknown>>)
    : value
}
