import { useMemo, useState } from 'react'
import { createClient } from '../client/client.ts'
import { SignIn } from './sign-in.tsx'
import { SitePage } from './site-page.tsx'

const kept = 'portunus-session'

interface Kept {
  readonly token: string
  readonly user: string
  readonly rights: readonly string[]
}

/** Signs in, then shows the site. The session lives as long as the tab. */
export function App() {
  const [session, setSession] = useState<Kept | null>(() => JSON.parse(sessionStorage.getItem(kept) ?? 'null') as Kept | null)
  const [notice, setNotice] = useState<string | null>(null)
  const base = window.location.origin
  const client = useMemo(() => createClient(session ? { base, token: session.token } : { base }), [base, session])

  const leave = (why: string | null) => {
    sessionStorage.removeItem(kept)
    setNotice(why)
    setSession(null)
  }
  if (session === null) {
    return (
      <SignIn
        notice={notice}
        signIn={async (user, password) => {
          const { data, error } = await client.POST('/api/v1/session', { body: { user, password } })
          if (error) return error.detail
          const { token, rights } = data
          sessionStorage.setItem(kept, JSON.stringify({ token, user, rights }))
          setNotice(null)
          setSession({ token, user, rights })
          return null
        }}
      />
    )
  }
  return <SitePage client={client} user={session.user} rights={session.rights} leave={leave} />
}
