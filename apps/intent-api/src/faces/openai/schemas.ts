import * as z from 'zod'

const maxMessages = 1000

// Null stands for absent: that is how several clients leave a parameter out.
const part = z.looseObject({
  type: z.string().max(64),
  text: z.string().nullish(),
})
const content = z.union([z.string(), z.array(part).max(100)]).nullish()

const shared = {
  model: z.string().max(200),
  stream: z.boolean().nullish(),
  tools: z.array(z.unknown()).max(1000).nullish(),
  tool_choice: z.unknown().optional(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
}

/** Body of `POST /v1/chat/completions`, as far as it is read. */
export const chatBodySchema = z.looseObject({
  ...shared,
  messages: z
    .array(z.looseObject({ role: z.string().max(32), content }))
    .min(1)
    .max(maxMessages),
  n: z.int().nullish(),
  stream_options: z
    .looseObject({ include_usage: z.boolean().nullish() })
    .nullish(),
  response_format: z.looseObject({ type: z.string().max(64) }).nullish(),
})
export type ChatBody = z.output<typeof chatBodySchema>

/** Body of `POST /v1/responses`, as far as it is read. */
export const responsesBodySchema = z.looseObject({
  ...shared,
  input: z.union([
    z.string(),
    z
      .array(
        z.looseObject({
          type: z.string().max(64).nullish(),
          role: z.string().max(32).nullish(),
          content: z.unknown().optional(),
        }),
      )
      .min(1)
      .max(maxMessages),
  ]),
  instructions: z.string().nullish(),
  previous_response_id: z.string().max(300).nullish(),
  conversation: z.unknown().optional(),
  background: z.boolean().nullish(),
  text: z
    .looseObject({
      format: z.looseObject({ type: z.string().max(64) }).nullish(),
    })
    .nullish(),
})
export type ResponsesBody = z.output<typeof responsesBodySchema>

/** Content of a message of `input`. */
export const contentSchema = content
