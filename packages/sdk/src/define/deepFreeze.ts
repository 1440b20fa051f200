/** Freezes plain data all the way down, so that nobody changes what was agreed. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value))
    return value
  for (const item of Object.values(value)) deepFreeze(item)
  return Object.freeze(value)
}
