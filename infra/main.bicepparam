using './main.bicep'

// azd names its environment in AZURE_ENV_NAME.
param name = readEnvironmentVariable('AZURE_ENV_NAME', 'ffc')

// Required, and never written down here: export FFC_ENV_SECRET=…
param envSecret = readEnvironmentVariable('FFC_ENV_SECRET')

// Everything else has a default; see main.bicep for what can be set.
