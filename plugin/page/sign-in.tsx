import { Alert, Button, Card, Center, Divider, Group, Loader, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import type { Client } from '../client/client.ts'

export interface SignedIn {
  readonly token: string
  readonly user: string
  readonly rights: readonly string[]
}

const returnPath = '/signin-oidc'

/** What the identity provider has sent the browser back with, taken out of the address; null where it has not. */
export function takeReturned(): string | null {
  const { pathname, search } = window.location
  if (pathname !== returnPath) return null
  window.history.replaceState(null, '', '/')
  return search
}

/** @param returned what the identity provider has sent the browser back with */
export function SignIn({
  client,
  notice,
  returned,
  enter,
}: {
  client: Client
  notice: string | null
  returned: string | null
  enter: (session: SignedIn) => void
}) {
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState<'password' | 'provider' | 'returning' | null>(null)
  const [provider, setProvider] = useState<string | null>(null)
  const unused = useRef(returned)

  useEffect(() => {
    void client.GET('/api/v1/session/oidc').then(({ data }) => setProvider(data?.name ?? null))
  }, [client])
  // It counts once.
  useEffect(() => {
    const query = unused.current
    unused.current = null
    if (query === null) return
    setBusy('returning')
    void client.POST('/api/v1/session/oidc/return', { body: { query } }).then(({ data, error }) => {
      setBusy(null)
      if (data) enter(data)
      else setProblem(error.detail)
    })
  }, [client, enter])

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy('password')
    const body = { user: String(form.get('user')), password: String(form.get('password')) }
    const { data, error } = await client.POST('/api/v1/session', { body })
    setBusy(null)
    if (data) enter(data)
    else setProblem(error.detail)
  }
  const goToProvider = async () => {
    setBusy('provider')
    const { data, error } = await client.POST('/api/v1/session/oidc')
    setBusy(null)
    if (data) window.location.assign(data.address)
    else setProblem(error.detail)
  }
  return (
    <Center component="main" mih="100vh" p="md">
      <Card withBorder w={360} maw="100%" p="xl" shadow="sm">
        <form onSubmit={event => void submit(event)}>
          <Stack>
            <Title order={1} size="h2">
              Portunus
            </Title>
            {notice && !problem && <Alert color="yellow">{notice}</Alert>}
            {problem && (
              <Alert color="red" role="alert">
                {problem}
              </Alert>
            )}
            {busy === 'returning' ? (
              <Group role="status">
                <Loader size="sm" />
                <Text>Signing in…</Text>
              </Group>
            ) : (
              <>
                <TextInput name="user" label="User name" autoComplete="username" required data-autofocus />
                <PasswordInput name="password" label="Password" autoComplete="current-password" required />
                <Button type="submit" loading={busy === 'password'}>
                  Sign in
                </Button>
                {provider !== null && (
                  <>
                    <Divider label="or" />
                    <Button
                      variant="default"
                      h="auto"
                      py="xs"
                      styles={{ label: { whiteSpace: 'normal', lineHeight: 1.4 } }}
                      loading={busy === 'provider'}
                      onClick={() => void goToProvider()}
                    >
                      Sign in with {provider}
                    </Button>
                  </>
                )}
              </>
            )}
          </Stack>
        </form>
      </Card>
    </Center>
  )
}
