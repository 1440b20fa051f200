import type { AnswerInput } from '@behest/client'
import type { IntentEvent, IntentRecord } from '@behest/spec'
import { BehestError } from '@behest/spec'
import { useRef, useState } from 'react'
import { useSigner } from '../account/useSigner.js'
import { client, toMessage } from '../client.js'
import { ProposalCard } from '../orders/ProposalCard.js'
import { CopyButton } from '../shell/CopyButton.js'
import { toHash } from '../shell/useHash.js'
import { languageOf } from '../words/languageOf.js'
import { useWords } from '../words/useWords.js'
import { PreviewCard } from './PreviewCard.js'
import { QuestionForm } from './QuestionForm.js'
import { ReceiptCard } from './ReceiptCard.js'
import { SecondPerson } from './SecondPerson.js'
import { StageBar } from './StageBar.js'
import { Timeline } from './Timeline.js'
import { useReplaced } from './useReplaced.js'
import { WalletSteps } from './WalletSteps.js'

/** One intent: what was said, how far it is, and what it needs or gave. */
export function IntentCard({
  record,
  events,
  onChange,
  onSay,
  onEdit,
}: {
  readonly record: IntentRecord
  readonly events: readonly IntentEvent[]
  readonly onChange: (id: string) => Promise<unknown>
  /** Says it anew, as an intent of its own. */
  readonly onSay: (utterance: string, previousIntentId: string) => void
  /** Puts it where it can be said differently. */
  readonly onEdit: (utterance: string) => void
}) {
  const words = useWords()
  const { approve, approversOf } = useSigner()
  const [problem, setProblem] = useState<string | null>(null)
  const article = useRef<HTMLElement>(null)
  const { status, preview, utterance, artifacts } = record
  const replaced = useReplaced(preview)
  const approvers = approversOf(record)
  const receipt = artifacts.receipt?.receipt
  const hasEnded = ['done', 'failed', 'rejected', 'cancelled'].includes(status)

  async function act(work: () => Promise<unknown>): Promise<void> {
    setProblem(null)
    try {
      await work()
    } catch (cause) {
      // An offer that ran out is already being replaced: the new one says so.
      if (!(BehestError.isInstance(cause) && cause.retry === 'new-quote'))
        setProblem(toMessage(cause))
    }
    await onChange(record.id)
    // The button that was pressed is gone: the reader stays where it was.
    article.current?.focus({ preventScroll: true })
  }

  async function answer(given: AnswerInput): Promise<void> {
    let isUnclear = false
    await act(async () => {
      const { reply } = await client.answer(record.id, given)
      isUnclear = reply?.type === 'not-understood'
      // A question on the side is an intent of its own; this one still waits.
      if (reply?.type === 'aside') await onChange(reply.intentId)
    })
    if (isUnclear) setProblem(words.notAnAnswer)
  }

  return (
    <article
      ref={article}
      className="intent"
      tabIndex={-1}
      aria-label={utterance}
      data-status={status}
      data-id={record.id}
    >
      <h2 className="said">{utterance}</h2>
      {receipt || (status === 'done' && record.answer) ? null : (
        <StageBar record={record} events={events} />
      )}
      {record.answer ? (
        <p className="answer box" lang={languageOf(record.answer.text)}>
          {record.answer.text}
        </p>
      ) : null}
      {status === 'needs-answer'
        ? (record.questions ?? [])
            .slice(0, 1)
            .map((question, _, { length }) => (
              <QuestionForm
                key={question.slot + question.text}
                question={question}
                moreCount={(record.questions?.length ?? length) - 1}
                onAnswer={answer}
                onCancel={() => act(() => client.cancel(record.id))}
              />
            ))
        : null}
      {status === 'needs-approval' && approvers !== null ? (
        <SecondPerson record={record} approvers={approvers} />
      ) : null}
      {preview && !receipt && !hasEnded ? (
        <PreviewCard
          record={record}
          preview={preview}
          replaced={status === 'needs-approval' ? replaced : null}
          isOpen={status === 'needs-approval'}
          onApprove={(planHash) => act(() => approve(record, planHash))}
          onReject={(planHash) =>
            act(() => client.reject(record.id, { planHash }))
          }
          onAskAnew={() => act(() => client.answer(record.id, { answers: {} }))}
        />
      ) : null}
      {preview?.custody?.sentBy === 'holder' &&
      artifacts.approval?.decision === 'approve' &&
      !hasEnded ? (
        <WalletSteps record={record} onAct={act} />
      ) : null}
      {record.order && status === 'needs-approval' ? (
        <ProposalCard
          record={record}
          proposal={record.order}
          onApprove={(termsHash) => act(() => approve(record, termsHash))}
          onReject={(termsHash) =>
            act(() => client.reject(record.id, { planHash: termsHash }))
          }
        />
      ) : null}
      {record.order && status === 'done' ? (
        <p className="note">
          {words.orderStands}{' '}
          <a href={toHash({ type: 'orders' })}>{words.orders}</a>
        </p>
      ) : null}
      {receipt ? (
        <ReceiptCard receipt={receipt} decimalsOf={toDecimals(record)} />
      ) : null}
      {record.problem ? (
        <div className="problem box" role="alert">
          <p lang={languageOf(record.problem.detail)}>
            {record.problem.detail}
          </p>
          <p className="quiet">{words.retryHints[record.problem.retry]}</p>
        </div>
      ) : null}
      {status === 'rejected' ? <p className="note">{words.youSaidNo}</p> : null}
      {status === 'cancelled' ? (
        <p className="note">{words.wasCancelled}</p>
      ) : null}
      {status === 'unknown' ? <p className="note">{words.isUnknown}</p> : null}
      {problem === null ? null : (
        <p className="problem" role="alert" lang={languageOf(problem)}>
          {problem}
        </p>
      )}
      <div className="after">
        {hasEnded ? (
          <button
            type="button"
            className="small quiet"
            onClick={() =>
              // Words that only point would point at something else by now.
              onSay(
                artifacts.intent?.follows ? words.doThatAgain : utterance,
                record.id,
              )
            }
          >
            {status === 'failed' ? words.tryAgain : words.doAgain}
          </button>
        ) : null}
        {status === 'failed' ? (
          <button
            type="button"
            className="small quiet"
            onClick={() => onEdit(utterance)}
          >
            {words.sayDifferently}
          </button>
        ) : null}
        <CopyButton
          text={`${window.location.origin}/${toHash({ type: 'intent', id: record.id })}`}
          name={words.copyLink}
          label={words.copyLink}
        />
        <Timeline id={record.id} events={events} hasEnded={hasEnded} />
      </div>
    </article>
  )
}

/** Decimals by token, from the plan that named them. */
function toDecimals(record: IntentRecord): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const step of record.artifacts.plan?.steps ?? [])
    for (const { token } of [...step.spend, ...step.receive])
      found.set(token.address.toLowerCase(), token.decimals)
  return found
}
