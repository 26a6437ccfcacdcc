import { onScopeDispose, watch } from 'vue'

/** Has the browser ask before the page is closed or reloaded, while that would break something off. */
export function useLeaveWarning(isBusy: () => boolean): void {
  const warn = (event: BeforeUnloadEvent) => event.preventDefault()
  const rest = () => removeEventListener('beforeunload', warn)
  // A page that always listens is never kept by the browser for going back to it, so it listens only when it must.
  watch(isBusy, (busy) => (busy ? addEventListener('beforeunload', warn) : rest()), { immediate: true })
  onScopeDispose(rest)
}
