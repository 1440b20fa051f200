import { Toast } from '@base-ui/react/toast'
import type { ReactNode } from 'react'

const shownMs = 2000

/** Room for short notices beside what they are about; they are read aloud. */
export function NoticeProvider({ children }: { readonly children: ReactNode }) {
  return (
    <Toast.Provider timeout={shownMs} limit={1}>
      {children}
      <Notices />
    </Toast.Provider>
  )
}

/** Shows a short notice beside an element, for a moment. */
export function useNotice(): (options: {
  readonly text: string
  readonly beside: Element | null
}) => void {
  const { add } = Toast.useToastManager()
  return ({ text, beside }) => {
    add({ title: text, positionerProps: { anchor: beside } })
  }
}

function Notices() {
  const { toasts } = Toast.useToastManager()
  return (
    <Toast.Portal>
      <Toast.Viewport>
        {toasts.map((toast) => (
          <Toast.Positioner
            key={toast.id}
            toast={toast}
            className="over"
            sideOffset={6}
          >
            <Toast.Root toast={toast} className="notice">
              <Toast.Title render={<p />} />
            </Toast.Root>
          </Toast.Positioner>
        ))}
      </Toast.Viewport>
    </Toast.Portal>
  )
}
