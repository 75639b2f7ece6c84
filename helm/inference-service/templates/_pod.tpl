{{- /* Pods of the Deployment or the Rollout. */ -}}
{{- define "inference-service.podTemplate" -}}
metadata:
  labels:
    {{- include "inference-service.selectorLabels" . | nindent 4 }}
  annotations:
    {{- with .Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    checksum/model: {{ toJson .Values.model | sha256sum }}
spec:
  serviceAccountName: {{ include "inference-service.serviceAccountName" . }}
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: {{ .Values.shutdown.terminationGracePeriodSeconds }}
  securityContext:
    runAsNonRoot: true
    seccompProfile:
      type: RuntimeDefault
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if or .Values.topologySpread.zones .Values.topologySpread.nodes }}
  topologySpreadConstraints:
    {{- range $key, $wish := dict "topology.kubernetes.io/zone" .Values.topologySpread.zones "kubernetes.io/hostname" .Values.topologySpread.nodes }}
    {{- if $wish }}
    - topologyKey: {{ $key }}
      maxSkew: 1
      whenUnsatisfiable: {{ $wish }}
      labelSelector:
        matchLabels:
          {{- include "inference-service.selectorLabels" $ | nindent 10 }}
      {{- /* Among the pods of one template: those of the one before do not count. */}}
      matchLabelKeys: [{{ if eq $.Values.workload "Rollout" }}rollouts-{{ end }}pod-template-hash]
    {{- end }}
    {{- end }}
  {{- end }}
  containers:
    - name: {{ .Chart.Name }}
      {{- include "inference-service.container" . | nindent 6 }}
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: {{ .Values.tmpSizeLimit }}
{{- end }}

{{- define "inference-service.container" -}}
image: {{ include "inference-service.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
envFrom:
  - configMapRef:
      name: {{ .Release.Name }}-model
  {{- range .Values.envSecrets }}
  - secretRef:
      name: {{ . }}
  {{- end }}
env:
  {{- range $name, $value := merge (dict "PORT" .Values.port "IMAGE_TAG" .Values.image.tag) .Values.env }}
  - name: {{ $name }}
    value: {{ $value | quote }}
  {{- end }}
ports:
  - name: http
    containerPort: {{ .Values.port }}
{{- with .Values.probes.startup }}
startupProbe:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.probes.readiness }}
readinessProbe:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.probes.liveness }}
livenessProbe:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.shutdown.preStopSeconds }}
lifecycle:
  preStop:
    sleep:
      seconds: {{ . }}
{{- end }}
{{- with .Values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
volumeMounts:
  - name: tmp
    mountPath: /tmp
{{- end }}
