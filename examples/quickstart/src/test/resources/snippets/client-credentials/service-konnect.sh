curl -X POST https://{region}.api.konghq.com/v2/control-planes/{controlPlaneId}/core-entities/services/{serviceId}/plugins/ \
     --header "accept: application/json" \
     --header "Content-Type: application/json" \
     --header "Authorization: Bearer $KONNECT_TOKEN" \
     --data '
{
  "name": "openid-connect",
  "config": {
    "issuer": "'$ISSUER'",
    "client_id": [
      "'$CLIENT_ID'"
    ],
    "client_secret": [
      "'$CLIENT_SECRET'"
    ],
    "client_auth": [
      "client_secret_post"
    ],
    "auth_methods": [
      "client_credentials"
    ],
    "client_credentials_param_type": [
      "header"
    ]
  },
  "tags": []
}
'
