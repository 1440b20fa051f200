import type { IntentRecord } from '@behest/spec'
import { useSigner } from '../account/useSigner.js'
import { isFramed } from '../shell/isFramed.js'
import { toHash } from '../shell/useHash.js'
import { useWords } from '../words/useWords.js'

/** The button of a yes; inside a frame, the way to where it can be given. */
export function YesButton({
  record,
  isBusy,
  onYes,
}: {
  readonly record: IntentRecord
  readonly isBusy: boolean
  readonly onYes: () => void
}) {
  const words = useWords()
  const { isHolders, approversOf } = useSigner()
  // What surrounds a frame can cover it: a yes is given where nothing can.
  if (isFramed)
    return (
      <a
        className="button yes"
        href={toHash({ type: 'intent', id: record.id })}
        target="_blank"
        rel="noopener"
      >
        {words.approveElsewhere}
      </a>
    )
  return (
    <button type="button" className="yes" disabled={isBusy} onClick={onYes}>
      {isBusy
        ? words.working
        : approversOf(record) !== null
          ? words.approveAsSecond
          : isHolders(record)
            ? words.approveInWallet
            : words.approve}
    </button>
  )
}
