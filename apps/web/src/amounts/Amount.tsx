const readAtOnce = 6

/**
 * An amount, every digit of it. Groups are set apart by what is only drawn, so
 * that what is copied is the number itself.
 */
export function Amount({
  decimal,
  symbol,
}: {
  readonly decimal: string
  readonly symbol?: string
}) {
  const sign = decimal.startsWith('-') ? '-' : ''
  const [whole = '0', fraction = ''] = decimal.slice(sign.length).split('.')
  const groups = whole.match(/\d{1,3}(?=(?:\d{3})*$)/g) ?? [whole]
  let at = 0
  return (
    <span className="amount">
      <b>
        {sign}
        {groups.map((digits) => {
          at += digits.length
          return <span key={at}>{digits}</span>
        })}
        {fraction === '' ? null : `.${fraction.slice(0, readAtOnce)}`}
      </b>
      {fraction.length > readAtOnce ? (
        <small>{fraction.slice(readAtOnce)}</small>
      ) : null}
      {symbol === undefined ? null : ` ${symbol}`}
    </span>
  )
}
