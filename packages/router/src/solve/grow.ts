/** Copies a buffer into one twice as long. */
export function grow<A extends Int32Array | Float64Array | Uint8Array>(
  values: A,
  Type: new (length: number) => A,
): A {
  const larger = new Type(values.length * 2)
  larger.set(values)
  return larger
}
