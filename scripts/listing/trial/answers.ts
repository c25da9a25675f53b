/** An answer to the sign-in: its status and JSON. */
export interface TrialAnswer {
  status: number;
  body: object;
}

const user = {
  id: '00000000-0000-7000-8000-000000000001',
  username: 'trial',
  name: '体检人员',
  department: '体检处',
  role: 'USER',
  dingUserId: 'trial-1',
  isSuperExecutive: false,
};

/** The answers of the contract in server/contract/, as the server gives them. */
export const trialAnswers = {
  signedIn: (): TrialAnswer => ({
    status: 200,
    body: {
      outcome: 'signed-in',
      session: { token: 'trial-token', expiresAt: new Date(Date.now() + 3_600_000).toISOString() },
      user,
    },
  }),
  bindRequired: (): TrialAnswer => ({
    status: 200,
    body: {
      outcome: 'bind-required',
      ticket: { token: 'trial-ticket', expiresAt: new Date(Date.now() + 600_000).toISOString() },
      person: { name: user.name },
    },
  }),
  noPermission: (reason: string): TrialAnswer => ({
    status: 200,
    body: { outcome: 'no-permission', reason },
  }),
  fault: (status: number, code: string, message: string): TrialAnswer => ({
    status,
    body: { statusCode: status, error: 'Trial', code, message, requestId: 'trial-request' },
  }),
};
