//#region agent
import { fromMcpTool } from '@behest/sdk/mcp'

export const wrapServer = (url: string) =>
  fromMcpTool(
    { url, tool: 'price' },
    {
      name: 'price-tool',
      version: '1.0.0',
      summary: 'Tells prices, as a server of mine knows them.',
      chainIds: 'any',
      serves: ['ask'],
      limits: { spenders: [], maxValidForSeconds: 60 },
      toInput: ({ token }) => ({ symbol: token?.symbol ?? 'ETH' }),
    },
  )
//#endregion agent
