import { useParentSize } from '@visx/responsive'

const settings = {
  // Nothing is gained by waiting; a picture's height is its own affair.
  debounceTime: 0,
  ignoreDimensions: ['height', 'top', 'left'] as ('height' | 'top' | 'left')[],
}

/** How wide an element is, in whole pixels; zero until it is known. */
export function useWidth(): {
  readonly frame: (node: HTMLElement | null) => void
  readonly node: HTMLElement | null
  readonly width: number
} {
  const { parentRef, node, width } = useParentSize<HTMLElement>(settings)
  return { frame: parentRef, node, width: Math.floor(width) }
}
