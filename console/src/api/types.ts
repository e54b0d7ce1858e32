// Names for what the API sends. `schema.d.ts` is made from the OpenAPI document (`scripts/console types`).
import type { components } from './schema';

type Schemas = components['schemas'];

export type Agent = Schemas['Agent'];
export type AgentVersion = Schemas['AgentVersion'];
export type ApiKey = Schemas['ApiKey'];
export type Approval = Schemas['Approval'];
export type Artifact = Schemas['Artifact'];
export type AuditRow = Schemas['AuditRow'];
export type AvailableCredential = Schemas['AvailableCredential'];
export type Binding = Schemas['BoundTool'];
export type Budget = Schemas['BudgetView'];
export type BuiltinAgent = Schemas['BuiltinAgentView'];
export type CatalogueTool = Schemas['CatalogueTool'];
export type Connector = Schemas['ConnectorView'];
export type ConnectorLine = Schemas['ConnectorLine'];
export type Credential = Schemas['Credential'];
export type CredentialReport = Schemas['CredentialReport'];
export type DatabaseHealth = Schemas['DatabaseHealth'];
export type Form = Schemas['Form'];
export type FormField = Schemas['FormField'];
export type Grant = Schemas['GrantView'];
export type Message = Schemas['Message'];
export type NewKey = Schemas['NewApiKeyView'];
export type OrganizationAgent = Schemas['OrganizationAgent'];
export type Phase = Schemas['Phase'];
export type Rule = Schemas['ApprovalRule'];
export type Run = Schemas['Run'];
export type RunEvent = Schemas['RunEvent'];
export type RunEvents = Schemas['RunEvents'];
export type Session = Schemas['Session'];
export type StartedTurn = Schemas['StartedTurn'];
export type Tool = Schemas['Tool'];
export type ToolCall = Schemas['ToolCall'];
export type UsageSum = Schemas['UsageView'];
export type WorkspaceEntry = Schemas['WorkspaceEntry'];
