import type { IntentRecord, Question } from '@behest/spec'
import { stages } from '@behest/spec'
import { type FormEvent, useState } from 'react'
import { client } from '../client.js'
import { PreviewCard } from './PreviewCard.js'
import { ReceiptCard } from './ReceiptCard.js'

/** One intent: what was said, how far it is, and what it needs or gave. */
export function IntentCard({
  record,
  onChange,
}: {
  readonly record: IntentRecord
  readonly onChange: (id: string) => void
}) {
  const [problem, setProblem] = useState<string | null>(null)
  const receipt = record.artifacts.receipt?.receipt

  async function act(work: () => Promise<unknown>): Promise<void> {
    setProblem(null)
    try {
      await work()
    } catch (cause) {
      setProblem(cause instanceof Error ? cause.message : String(cause))
    }
    onChange(record.id)
  }

  return (
    <article className="intent" data-status={record.status} data-id={record.id}>
      <p className="said">{record.utterance}</p>
      <StageBar record={record} />
      {record.answer ? <p className="answer">{record.answer.text}</p> : null}
      {record.status === 'needs-answer'
        ? (record.questions ?? [])
            .slice(0, 1)
            .map((question) => (
              <QuestionForm
                key={question.slot + question.text}
                question={question}
                onAnswer={(reply) => act(() => client.answer(record.id, reply))}
                onCancel={() => act(() => client.cancel(record.id))}
              />
            ))
        : null}
      {record.preview && !receipt ? (
        <PreviewCard
          preview={record.preview}
          isOpen={record.status === 'needs-approval'}
          onApprove={(planHash) =>
            act(() => client.approve(record.id, { planHash }))
          }
          onReject={(planHash) =>
            act(() => client.reject(record.id, { planHash }))
          }
        />
      ) : null}
      {receipt ? <ReceiptCard receipt={receipt} /> : null}
      {record.problem ? (
        <p className="problem" role="alert">
          {record.problem.detail}
        </p>
      ) : null}
      {record.status === 'rejected' ? (
        <p className="note">You said no. Nothing was sent.</p>
      ) : null}
      {record.status === 'cancelled' ? (
        <p className="note">Cancelled. Nothing was sent.</p>
      ) : null}
      {record.status === 'unknown' ? (
        <p className="note">
          Something was sent and the chain has not said yet how it ended. It is
          being asked; nothing is sent in its place.
        </p>
      ) : null}
      {problem === null ? null : (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
    </article>
  )
}

/** The nine stages: those that passed, the one at work, those to come. */
function StageBar({ record }: { readonly record: IntentRecord }) {
  const reached = stages.indexOf(record.stage)
  return (
    <ol className="stages" aria-label={`At stage ${record.stage}`}>
      {stages.map((stage, index) => {
        const state =
          index < reached
            ? 'passed'
            : index > reached
              ? 'ahead'
              : record.status === 'failed'
                ? 'failed'
                : record.status === 'running'
                  ? 'now'
                  : 'passed'
        return (
          <li key={stage} className={state}>
            {stage}
          </li>
        )
      })}
    </ol>
  )
}

function QuestionForm({
  question,
  onAnswer,
  onCancel,
}: {
  readonly question: Question
  readonly onAnswer: (
    reply:
      | { readonly utterance: string }
      | { readonly answers: Record<string, never> },
  ) => Promise<void>
  readonly onCancel: () => Promise<void>
}) {
  const [text, setText] = useState('')
  function submit(event: FormEvent): void {
    event.preventDefault()
    if (text.trim() !== '') void onAnswer({ utterance: text })
  }
  return (
    <form className="question" onSubmit={submit}>
      <label htmlFor={`answer-${question.slot}`}>{question.text}</label>
      {question.options ? (
        <div className="options">
          {question.options.map((option) => (
            <button
              key={option.label}
              type="button"
              onClick={() =>
                void onAnswer({
                  answers: { [question.slot]: option.value as never },
                })
              }
            >
              {option.label}
            </button>
          ))}
        </div>
      ) : null}
      <div className="row">
        <input
          id={`answer-${question.slot}`}
          value={text}
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit">Answer</button>
        <button type="button" className="quiet" onClick={() => void onCancel()}>
          Cancel
        </button>
      </div>
    </form>
  )
}
