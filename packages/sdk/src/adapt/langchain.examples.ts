//#region agent
import { fromLangChainTool } from '@behest/sdk/langchain'
import { tool } from '@langchain/core/tools'
import * as z from 'zod'

/** A tool as there are thousands: words and numbers in, JSON out. */
const tipTool = tool(
  async ({ to, wei }) => JSON.stringify({ calls: [{ to, valueWei: wei }] }),
  {
    name: 'tip',
    description: 'Sends the native coin to somebody.',
    schema: z.object({ to: z.string(), wei: z.string() }),
  },
)

export const tipAgent = fromLangChainTool(tipTool, {
  name: 'tip-tool',
  version: '1.0.0',
  chainIds: 'any',
  serves: ['transfer'],
  limits: { spenders: [], maxValidForSeconds: 120 },
  toInput: ({ to, amount }) => ({
    to,
    wei: amount.type === 'exact' ? amount.units.toString() : '0',
  }),
})
//#endregion agent
