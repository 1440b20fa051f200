import { type ComponentProps, type ComponentType, lazy, Suspense } from 'react'
import type { FlowPicture as DrawnFlow } from './FlowPicture.js'
import type { HealthPicture as DrawnHealth } from './HealthPicture.js'

// Charts are fetched when there is something to draw, not with the first screen.
const LazyFlow = lazy(() =>
  orNothing(import('./FlowPicture.js').then((module) => module.FlowPicture)),
)
const LazyHealth = lazy(() =>
  orNothing(
    import('./HealthPicture.js').then((module) => module.HealthPicture),
  ),
)

/** The way of the amounts of a plan; drawn once its part of the page is here. */
export function FlowPicture(props: ComponentProps<typeof DrawnFlow>) {
  return (
    <Suspense fallback={<div className="flow" />}>
      <LazyFlow {...props} />
    </Suspense>
  )
}

/** The health of a loan; drawn once its part of the page is here. */
export function HealthPicture(props: ComponentProps<typeof DrawnHealth>) {
  return (
    <Suspense fallback={<figure className="health" />}>
      <LazyHealth {...props} />
    </Suspense>
  )
}

/**
 * What a picture shows is beside it in words. One that cannot be fetched, from a
 * server that was replaced meanwhile, must not take the yes and the no with it.
 */
async function orNothing<Props>(
  drawn: Promise<ComponentType<Props>>,
): Promise<{ default: ComponentType<Props> }> {
  return drawn.then(
    (component) => ({ default: component }),
    () => ({ default: () => null }),
  )
}
