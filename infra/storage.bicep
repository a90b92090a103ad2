metadata description = 'The storage account: what the Functions host keeps, the package of the app, snapshots and insights.'

param name string
param location string
param tags object
param deploymentContainer string
param rejectedRetentionDays int
param zoneRedundant bool
param privateNetworking bool

// The settings Ffc:Snapshot:Container and Ffc:Outbox:Container name them; these are the defaults.
var rejectedContainer = 'ffc-insights-rejected'
var containers = [deploymentContainer, 'ffc-snapshots', 'ffc-insights', rejectedContainer]

resource storage 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: zoneRedundant ? 'Standard_ZRS' : 'Standard_LRS' }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: privateNetworking ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: privateNetworking ? 'Deny' : 'Allow'
    }
  }

  // No soft delete of blobs: what is deleted here are delivered insights, and those are not to live on.
  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      containerDeleteRetentionPolicy: { enabled: true, days: 7 }
    }

    resource container 'containers' = [
      for container in containers: {
        name: container
        properties: { publicAccess: 'None' }
      }
    ]
  }

  resource lifecycle 'managementPolicies' = {
    name: 'default'
    dependsOn: [blobs]
    properties: {
      policy: {
        rules: [
          {
            name: 'forget-rejected-insights'
            type: 'Lifecycle'
            enabled: true
            definition: {
              filters: {
                blobTypes: ['blockBlob']
                prefixMatch: ['${rejectedContainer}/']
              }
              actions: {
                baseBlob: {
                  delete: { daysAfterModificationGreaterThan: rejectedRetentionDays }
                }
              }
            }
          }
        ]
      }
    }
  }
}

output id string = storage.id
output blobEndpoint string = storage.properties.primaryEndpoints.blob
