import type { Said } from '../clauses/Part.js'
import type { Quantity } from '../text/Item.js'
import type { ReadClause } from './ReadClause.js'

/**
 * `take 500 usdc and swap it to eth`: `it` is what was named in front; and
 * `max sell op`: how much was said in front of the verb.
 */
export function foldTopic(clause: ReadClause): ReadClause {
  const counted = clause.parts.findIndex(
    (part) =>
      part.type === 'money' &&
      part.end <= clause.verb.start &&
      part.amount !== undefined &&
      part.token === undefined &&
      part.pronoun === undefined,
  )
  const amount = clause.parts[counted]
  const object = clause.parts[counted + 1]
  if (
    !/^(?:buy|get|invest)$/.test(clause.sense) &&
    amount?.type === 'money' &&
    object?.type === 'money' &&
    object.start >= clause.verb.end &&
    object.token !== undefined &&
    object.amount === undefined &&
    object.cue === ''
  ) {
    const parts = [...clause.parts]
    parts.splice(counted, 2, {
      ...object,
      amount: amount.amount as Said<Quantity>,
    })
    return { ...clause, parts }
  }
  const topic = clause.parts.findIndex(
    (part) =>
      part.type === 'money' &&
      part.end <= clause.verb.start &&
      part.token !== undefined &&
      part.pronoun === undefined,
  )
  const pronoun = clause.parts.findIndex(
    (part) =>
      part.type === 'money' &&
      part.pronoun === 'it' &&
      part.amount === undefined &&
      part.start >= clause.verb.end,
  )
  const named = clause.parts[topic]
  const stands = clause.parts[pronoun]
  if (named?.type !== 'money' || stands?.type !== 'money') return clause
  const parts = [...clause.parts]
  parts[pronoun] = { ...named, cue: stands.cue }
  parts.splice(topic, 1)
  return { ...clause, parts }
}
