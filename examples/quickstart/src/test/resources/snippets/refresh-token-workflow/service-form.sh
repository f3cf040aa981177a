curl -i -X POST http://localhost:8001/services \
  --data "name=openid-connect" \
  --data "url=https://httpbin.konghq.com/anything"
