import type { AnswerInput } from '@behest/client'
import type { Question } from '@behest/spec'
import { type FormEvent, useId, useState } from 'react'
import { languageOf } from '../words/languageOf.js'
import { useWords } from '../words/useWords.js'

/** One question: options to choose from, and a place for own words. */
export function QuestionForm({
  question,
  moreCount,
  onAnswer,
  onCancel,
}: {
  readonly question: Question
  readonly moreCount: number
  readonly onAnswer: (reply: AnswerInput) => Promise<void>
  readonly onCancel: () => Promise<void>
}) {
  const words = useWords()
  const [text, setText] = useState('')
  const [isBusy, setIsBusy] = useState(false)
  const id = useId()
  async function send(reply: AnswerInput): Promise<void> {
    setIsBusy(true)
    await onAnswer(reply)
    setIsBusy(false)
  }
  function submit(event: FormEvent): void {
    event.preventDefault()
    if (text.trim() !== '') void send({ utterance: text })
  }
  const { options } = question
  return (
    <form className="question box" onSubmit={submit}>
      <p id={`${id}-question`} lang={languageOf(question.text)}>
        <b>{question.text}</b>
      </p>
      {options === undefined ? null : (
        <fieldset className="options" aria-labelledby={`${id}-question`}>
          {options.map((option) => (
            <button
              key={option.label}
              type="button"
              className="choice"
              disabled={isBusy}
              onClick={() =>
                void send({ answers: { [question.slot]: option.value } })
              }
            >
              {option.label}
            </button>
          ))}
        </fieldset>
      )}
      <label className={options ? 'quiet' : 'hidden'} htmlFor={id}>
        {options ? words.orInYourWords : words.yourAnswer}
      </label>
      <div className="row">
        <input
          id={id}
          value={text}
          autoComplete="off"
          maxLength={2000}
          aria-describedby={`${id}-question`}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" disabled={isBusy || text.trim() === ''}>
          {words.answer}
        </button>
        <button
          type="button"
          className="quiet"
          disabled={isBusy}
          onClick={() => void onCancel()}
        >
          {words.cancel}
        </button>
      </div>
      {moreCount > 0 ? (
        <p className="quiet">{words.questionsMore(moreCount)}</p>
      ) : null}
    </form>
  )
}
