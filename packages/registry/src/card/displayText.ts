import { text } from '@behest/spec'
import type * as z from 'zod'

// Direction overrides and zero-width letters make one text look like another.
// The joiner U+200D stays: emoji are built with it.
const misleading = /[\u200b\u200c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/

/**
 * Builds a schema for text of strangers that people will read.
 *
 * @param maxLength - Most UTF-16 units.
 */
export function displayText(maxLength: number): z.ZodString {
  return text(maxLength).refine((value) => !misleading.test(value), {
    message: 'must not hold bidirectional or zero-width characters',
  })
}

const instructionLike =
  /\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:previous|prior|above|earlier|all|other|your)\b.{0,40}\b(?:instruction|rule|prompt|message|agent|polic)|\bsystem prompt\b|\byou (?:must|should|are to) (?:always|only|now)\b.{0,60}\b(?:choose|select|pick|use|recommend|approve|send|transfer)|\balways (?:choose|select|pick|rank|recommend) (?:this|me|us)\b/i
const markup =
  /<\s*\/?\s*(?:script|iframe|img|svg|object|embed|style|link|a)\b|javascript:/i

/**
 * Tells what a reader should know about a stranger's text. The text itself is
 * kept as data; nothing in it is ever followed.
 *
 * @param texts - Name, description and examples.
 * @returns `instruction-like` when it speaks to a model, `markup` when it holds
 *   HTML.
 */
export function collectMarks(
  texts: readonly string[],
): ('instruction-like' | 'markup')[] {
  const marks: ('instruction-like' | 'markup')[] = []
  if (texts.some((value) => instructionLike.test(value)))
    marks.push('instruction-like')
  if (texts.some((value) => markup.test(value))) marks.push('markup')
  return marks
}
