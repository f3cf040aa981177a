curl -X POST https://{region}.api.konghq.com/v2/control-planes/{controlPlaneId}/core-entities/plugins/ \
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
      "refresh_token"
    ],
    "refresh_token_param_type": [
      "header"
    ],
    "refresh_token_param_name": "refresh_token",
    "upstream_refresh_token_header": "refresh_token"
  }
}
'
