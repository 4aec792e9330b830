import { useCallback, useMemo, useState } from 'react'
import { createClient } from '../client/client.ts'
import { type SignedIn, SignIn, takeReturned } from './sign-in.tsx'
import { SitePage } from './site-page.tsx'

const kept = 'portunus-session'
/** Taken once: it counts once. */
const takenAtStart = takeReturned()

/** Signs in, then shows the site. The session lives as long as the tab. */
export function App() {
  const [returned, setReturned] = useState(takenAtStart)
  const [session, setSession] = useState<SignedIn | null>(() =>
    returned === null ? (JSON.parse(sessionStorage.getItem(kept) ?? 'null') as SignedIn | null) : null,
  )
  const [notice, setNotice] = useState<string | null>(null)
  const base = window.location.origin
  const token = session?.token
  const client = useMemo(() => createClient(token === undefined ? { base } : { base, token }), [base, token])

  const leave = (why: string | null) => {
    sessionStorage.removeItem(kept)
    setNotice(why)
    setSession(null)
  }
  const enter = ({ token, user, rights }: SignedIn) => {
    sessionStorage.setItem(kept, JSON.stringify({ token, user, rights }))
    setReturned(null)
    setNotice(null)
    setSession({ token, user, rights })
  }
  // The client stays, and with it the stream that told of it.
  const renew = useCallback((rights: readonly string[]) => {
    const stored = JSON.parse(sessionStorage.getItem(kept) ?? 'null') as SignedIn | null
    if (stored) sessionStorage.setItem(kept, JSON.stringify({ ...stored, rights }))
    setSession(before => before && { ...before, rights })
  }, [])
  if (session === null) return <SignIn client={client} notice={notice} returned={returned} enter={enter} />
  return <SitePage client={client} user={session.user} rights={session.rights} leave={leave} renew={renew} />
}
