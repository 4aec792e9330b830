import { Alert, Button, Card, Center, PasswordInput, Stack, TextInput, Title } from '@mantine/core'
import { type FormEvent, useState } from 'react'

/** @param signIn gives null when it went well, else what to tell the person */
export function SignIn({ notice, signIn }: { notice: string | null; signIn: (user: string, password: string) => Promise<string | null> }) {
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    setBusy(true)
    const said = await signIn(String(form.get('user')), String(form.get('password')))
    setProblem(said)
    setBusy(false)
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
            <TextInput name="user" label="User name" autoComplete="username" required data-autofocus />
            <PasswordInput name="password" label="Password" autoComplete="current-password" required />
            <Button type="submit" loading={busy}>
              Sign in
            </Button>
          </Stack>
        </form>
      </Card>
    </Center>
  )
}
