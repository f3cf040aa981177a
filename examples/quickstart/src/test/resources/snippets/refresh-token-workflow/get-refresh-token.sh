curl --user john:doe http://localhost:8000 | jq -r '.headers."Refresh-Token"'
