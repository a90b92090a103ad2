metadata description = 'Roles of the function app identity, each with its reason. They are the minimum.'

param identityName string
param storageAccountName string
param vaultName string
param secretName string
param applicationInsightsName string

// Ids of built-in roles are the same in every tenant.
var storageBlobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
var keyVaultSecretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource storage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: storageAccountName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName

  resource secret 'secrets' existing = {
    name: secretName
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

// The Functions host creates containers in this account for its keys, and for leases that limit the timer to one instance.
// Microsoft documents Owner as the minimum role for this. It also covers the package, snapshots and the outbox. Queues and
// tables are not used and need no role.
resource hostStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage.id, identity.id, storageBlobDataOwner)
  scope: storage
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataOwner)
    description: 'Storage Blob Data Owner: host keys, timer leases, the app package, snapshots and the outbox of insights.'
  }
}

// The scope is the secret, not the vault.
resource readSecret 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault::secret.id, identity.id, keyVaultSecretsUser)
  scope: vault::secret
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', keyVaultSecretsUser)
    description: 'Key Vault Secrets User: resolves the app setting that refers to the environment secret.'
  }
}

// Despite its name, the role covers all telemetry. It is required because key authentication is disabled.
resource sendTelemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, identity.id, monitoringMetricsPublisher)
  scope: insights
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringMetricsPublisher)
    description: 'Monitoring Metrics Publisher: sends logs, traces and metrics to Application Insights without a key.'
  }
}
