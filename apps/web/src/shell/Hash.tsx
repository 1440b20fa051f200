import { CopyButton } from './CopyButton.js'

/** A hash or an address: short where there is no room, whole when copied. */
export function Hash({
  value,
  name,
}: {
  readonly value: string
  readonly name: string
}) {
  return (
    <span className="hash">
      <code title={value}>
        <span>{value.slice(0, 10)}</span>
        <span className="middle">{value.slice(10, -8)}</span>
        <span>{value.slice(-8)}</span>
      </code>
      <CopyButton text={value} name={name} />
    </span>
  )
}
