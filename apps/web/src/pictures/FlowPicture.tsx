import type { PlanArtifact, SimulationArtifact } from '@behest/spec'
import { LinkHorizontal, LinkVertical } from '@visx/shape'
import { useEffect, useMemo } from 'react'
import { toPercent } from '../amounts/toPercent.js'
import { useWords } from '../words/useWords.js'
import { buildFlow } from './buildFlow.js'
import { type Point, placeFlow } from './placeFlow.js'
import { useWidth } from './useWidth.js'

const titleLetters = 20
const lineLetters = 20
const labelLetters = 14

/** Draws the way of the amounts of a plan through pools and markets. */
export function FlowPicture({
  plan,
  rates,
}: {
  readonly plan: PlanArtifact
  readonly rates: SimulationArtifact['rates']
}) {
  const words = useWords()
  const { frame, node: framed, width: widthAvailable } = useWidth()
  const flow = useMemo(
    () =>
      buildFlow({
        steps: plan.steps,
        percentByStep: new Map(
          rates.map(({ stepId, ratePerYear }) => [
            stepId,
            toPercent(ratePerYear),
          ]),
        ),
        words,
      }),
    [plan, rates, words],
  )
  const places = useMemo(
    () => placeFlow({ flow, widthAvailable }),
    [flow, widthAvailable],
  )
  useEffect(() => {
    // What is wider than the screen is met in its middle, where it begins.
    if (framed) framed.scrollLeft = (places.width - widthAvailable) / 2
  }, [framed, places, widthAvailable])
  if (flow.edges.length === 0) return null
  const labels = new Map(flow.nodes.map(({ id, label }) => [id, label]))
  const isWide = places.width > widthAvailable
  const says = flow.edges
    .map(
      (edge) =>
        `${labels.get(edge.from)} → ${labels.get(edge.to)}, ${edge.title}: ${edge.lines.join(' ')}`,
    )
    .join('; ')
  const Ribbon = places.goes === 'right' ? LinkHorizontal : LinkVertical
  return (
    <div
      className="flow"
      ref={frame}
      // What has to be scrolled must be reachable without a mouse.
      {...(isWide ? { tabIndex: 0, role: 'group' } : {})}
    >
      {widthAvailable === 0 ? null : (
        <svg
          role="img"
          aria-label={`${words.routeSays} ${says}`}
          width={places.width}
          height={places.height}
          viewBox={`0 0 ${places.width} ${places.height}`}
        >
          {places.ribbons.map(({ key, source, target, thickness }) => (
            <Ribbon
              key={key}
              data={{ source, target }}
              x={({ x }: Point) => x}
              y={({ y }: Point) => y}
              strokeWidth={thickness}
            />
          ))}
          {places.cards.map(({ edge, x, y, width, height }) => (
            <g key={edge.id} className="card">
              <title>{`${edge.title}: ${edge.lines.join(' ')}`}</title>
              <rect x={x} y={y} width={width} height={height} rx="7" />
              {[edge.title, ...edge.lines].map((line, index) => (
                <text
                  key={line}
                  x={x + width / 2}
                  y={y + height / 2 + 4 + (index - edge.lines.length / 2) * 15}
                  className={index === 0 ? 'title' : 'line'}
                  // Only what would leave its box is drawn tighter.
                  {...(line.length * (index === 0 ? 6 : 6.8) > width - 10
                    ? {
                        textLength: width - 10,
                        lengthAdjust: 'spacingAndGlyphs',
                      }
                    : {})}
                >
                  {cut(line, index === 0 ? titleLetters : lineLetters)}
                </text>
              ))}
            </g>
          ))}
          {places.nodes.map(({ node, x, y, width, height }) => (
            <g key={node.id} className={`node ${node.kind}`}>
              <title>{node.label}</title>
              <rect x={x} y={y} width={width} height={height} rx="8" />
              <text
                x={x + width / 2}
                y={y + height / 2 + 4}
                {...(node.label.length * 8 > width - 10
                  ? { textLength: width - 10, lengthAdjust: 'spacingAndGlyphs' }
                  : {})}
              >
                {cut(node.label, labelLetters)}
              </text>
            </g>
          ))}
        </svg>
      )}
    </div>
  )
}

function cut(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`
}
