curl -i -X POST http://localhost:8001/routes/{routeName|Id}/plugins/ \
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
