curl -i -X POST http://localhost:8001/services/{serviceName|Id}/plugins/ \
     --header "Accept: application/json" \
     --header "Content-Type: application/json" \
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
