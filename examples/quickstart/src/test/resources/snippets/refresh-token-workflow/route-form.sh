curl -i -X POST http://localhost:8001/services/openid-connect/routes \
  --data "name=openid-connect" \
  --data "paths[]=/"
