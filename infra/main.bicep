metadata description = 'FFC on Azure Functions, Flex Consumption: the app, its storage, its secret and its alerts.'

targetScope = 'resourceGroup'

@description('Base name of all resources: letters and digits, with hyphens in between. Globally unique names get a suffix.')
@minLength(3)
@maxLength(20)
param name string

@description('Server-side secret of the FFC or FeatBit environment. It is stored only in the key vault.')
@minLength(1)
@secure()
param envSecret string

@description('Region of all resources.')
param location string = resourceGroup().location

@description('Base address of the flag stream. A FeatBit secret requires the address of your server.')
param streamingUri string = 'wss://api.featureflag.co'

@description('Base address for insights. A FeatBit secret requires the address of your server.')
param eventsUri string = 'https://api.featureflag.co'

@description('Schedule for draining the outbox: a cron expression with six fields. The first field is seconds.')
param flushSchedule string = '*/30 * * * * *'

@description('Number of HTTP instances that are always running, with flags in memory. With 0, a first request waits for a cold start.')
@minValue(0)
@maxValue(100)
param alwaysReadyInstances int = 1

@description('Maximum number of instances. Each instance has one connection to the FFC server.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Memory of one instance in MB. The Functions host and the app use about 380 MB of it under load, so 512 leaves little.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Distributes instances and storage over availability zones. Requires a region with zones. Cannot be changed later.')
param zoneRedundant bool = false

@description('Origins of web pages that may call the app, such as https://www.example.com. None by default.')
param corsOrigins string[] = []

@description('Makes the storage account and the key vault reachable only through private endpoints in a virtual network.')
param privateNetworking bool = false

@description('Address range of the virtual network, a /24 or larger.')
param networkAddressPrefix string = '10.20.0.0/24'

@description('E-mail address for alerts. Without it, alerts are shown only in the portal.')
param alertEmail string = ''

@description('Retention of logs and telemetry in days.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Retention of rejected insights in days. They contain user data.')
@minValue(1)
@maxValue(3650)
param rejectedRetentionDays int = 90

@description('Prevents the purge of a deleted key vault for seven days. Cannot be turned off later.')
param purgeProtection bool = true

@description('Tags for all resources.')
param tags object = {}

var plainName = toLower(replace(name, '-', ''))
var suffix = uniqueString(resourceGroup().id, name)
var allTags = union({ application: 'ffc' }, tags)

var storageName = 'st${take(plainName, 9)}${suffix}'
var deploymentContainer = 'ffc-deployments'

// User-assigned, so that its roles exist before the first start of the app.
resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-${name}'
  location: location
  tags: allTags
}

resource logs 'Microsoft.OperationalInsights/workspaces@2025-02-01' = {
  name: 'log-${name}'
  location: location
  tags: allTags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: logRetentionDays
    features: { disableLocalAuth: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${name}'
  location: location
  tags: allTags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: logs.id
    DisableLocalAuth: true
  }
}

module storage 'storage.bicep' = {
  params: {
    name: storageName
    location: location
    tags: allTags
    deploymentContainer: deploymentContainer
    rejectedRetentionDays: rejectedRetentionDays
    zoneRedundant: zoneRedundant
    privateNetworking: privateNetworking
  }
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: 'kv-${take(plainName, 7)}-${suffix}'
  location: location
  tags: allTags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enablePurgeProtection: purgeProtection ? true : null
    softDeleteRetentionInDays: 7
    publicNetworkAccess: privateNetworking ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateNetworking ? 'Deny' : 'Allow'
    }
  }

  resource secret 'secrets' = {
    name: 'ffc-env-secret'
    tags: allTags
    properties: {
      contentType: 'FFC environment secret'
      value: envSecret
    }
  }
}

// Logs every read of the secret.
resource vaultAudit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'audit'
  scope: vault
  properties: {
    workspaceId: logs.id
    logs: [{ categoryGroup: 'audit', enabled: true }]
  }
}

module roles 'roles.bicep' = {
  dependsOn: [storage]
  params: {
    identityName: identity.name
    storageAccountName: storageName
    vaultName: vault.name
    secretName: vault::secret.name
    applicationInsightsName: insights.name
  }
}

module network 'network.bicep' = if (privateNetworking) {
  params: {
    name: name
    location: location
    tags: allTags
    addressPrefix: networkAddressPrefix
    storageAccountId: storage.outputs.id
    vaultId: vault.id
  }
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: 'plan-${name}'
  location: location
  tags: allTags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: 'func-${name}-${suffix}'
  location: location
  // azd deploys the service in azure.yaml to the resource with this tag.
  tags: union(allTags, { 'azd-service-name': 'functions' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  // The app reads its package and its secret at start-up, so the roles must exist before the app.
  dependsOn: [roles]
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identity.id
    virtualNetworkSubnetId: network.?outputs.appSubnetId
    functionAppConfig: {
      runtime: { name: 'dotnet-isolated', version: '10.0' }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.outputs.blobEndpoint}${deploymentContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyInstances == 0 ? [] : [{ name: 'http', instanceCount: alwaysReadyInstances }]
      }
    }
    // On Flex Consumption, the platform sets the runtime, the host version, the package and FTP (disabled). It rejects a
    // deployment that also sets them: do not add FUNCTIONS_*, WEBSITE_RUN_FROM_PACKAGE, ftpsState or linuxFxVersion.
    siteConfig: {
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      cors: empty(corsOrigins) ? null : { allowedOrigins: corsOrigins, supportCredentials: false }
      appSettings: [
        { name: 'AzureWebJobsStorage__accountName', value: storageName }
        { name: 'AzureWebJobsStorage__credential', value: 'managedidentity' }
        { name: 'AzureWebJobsStorage__clientId', value: identity.properties.clientId }
        { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: insights.properties.ConnectionString }
        {
          name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING'
          value: 'Authorization=AAD;ClientId=${identity.properties.clientId}'
        }
        // Without a version, so that the app uses a new secret within a day or after the next restart.
        { name: 'Ffc__EnvSecret', value: '@Microsoft.KeyVault(SecretUri=${vault::secret.properties.secretUri})' }
        { name: 'Ffc__StreamingUri', value: streamingUri }
        { name: 'Ffc__EventsUri', value: eventsUri }
        { name: 'Ffc__FlushSchedule', value: flushSchedule }
      ]
    }
  }

  // Deployments sign in with Microsoft Entra ID. Passwords for FTP and the deployment site are disabled.
  resource ftpPasswords 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scmPasswords 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

module alerts 'alerts.bicep' = {
  params: {
    name: name
    location: location
    tags: allTags
    applicationInsightsId: insights.id
    readyUrl: 'https://${app.properties.defaultHostName}/api/health/ready'
    email: alertEmail
  }
}

output functionAppName string = app.name
output apiUrl string = 'https://${app.properties.defaultHostName}/api'
output storageAccountName string = storageName
output keyVaultName string = vault.name
output applicationInsightsName string = insights.name
