curl -i -X GET "http://localhost:8000/anything" \
     --no-progress-meter --fail-with-body \
     -H "Refresh-Token:$(curl --user alex:doe http://localhost:8000/anything \
        | jq -r '.headers."Refresh-Token"')"
